"""What can go wrong with the database server, by the reaction that it asks for."""

from unisono.domain.errors import UnisonoError


class PostgresNotFound(UnisonoError):
    """No usable server programs; the text names every place that was tried."""

    code = "postgres_not_found"


class WrongMajorVersion(UnisonoError):
    """The cluster was made by another major version; it has to be moved by backup and restore."""

    code = "postgres_wrong_version"


class ClusterUnreachable(UnisonoError):
    """The cluster's files are gone, belong to somebody else or lie where the server may not go; a person must decide."""

    code = "postgres_unreachable"


class PostgresFailed(UnisonoError):
    """The server or initdb ended with an error; the text ends with what it said last."""

    code = "postgres_failed"
