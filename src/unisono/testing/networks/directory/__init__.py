"""A real directory server for tests: OpenLDAP's slapd."""
