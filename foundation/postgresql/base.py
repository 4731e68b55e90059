"""Django's PostgreSQL backend on the embedded server, which the first connection starts."""

from pathlib import Path

from django.conf import settings
from django.db.backends.postgresql import base, client

from foundation.postgresql.binaries import client_binary
from foundation.postgresql.server import Server, server_for


def embedded_server() -> Server:
    """Return the server whose data lie in VAR_DIR, without starting it; `endpoint()` starts it."""
    return server_for(Path(settings.VAR_DIR))


class DatabaseClient(client.DatabaseClient):
    """The client of `manage.py dbshell`: the psql of the embedded server's version."""

    def runshell(self, parameters):
        self.connection.get_connection_params()
        self.executable_name = str(client_binary("psql"))
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend named by ENGINE: it asks the embedded server for host, port, user and password."""

    client_class = DatabaseClient

    def get_connection_params(self):
        # Set for each new connection, since a restarted server listens on another port.
        endpoint = embedded_server().endpoint()
        self.settings_dict |= {
            "HOST": endpoint.host,
            "PORT": endpoint.port,
            "USER": endpoint.user,
            "PASSWORD": endpoint.password,
        }
        return super().get_connection_params()
