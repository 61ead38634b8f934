"""The usual way, for comparison: flask-smorest, ORM entities, nested schemas. Small, and working.

It keeps reports and their values in tables of its own, checks each value by a schema and against
the catalogue, and adds up when it is asked. It has no versions, findings, journal or roll-up.
"""
