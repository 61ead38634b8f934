"""What gunicorn serves."""

import os

from indicators_api.app import create_app
from indicators_api.config import from_environment

app = create_app(from_environment(os.environ))
