"""What goes in and out, in marshmallow's words; the same nouns as the resources."""
