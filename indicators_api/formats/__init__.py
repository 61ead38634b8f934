"""Tables as files: a `Table` in, bytes out. Pure."""
