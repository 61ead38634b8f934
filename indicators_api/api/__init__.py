"""All that knows HTTP: Flask, flask-smorest, marshmallow. Nothing below this package does."""
