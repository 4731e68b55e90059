#!/usr/bin/env python
"""The command line of the portal."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gmg_portal.settings")
    if sys.argv[1:2] == ["run"]:
        os.environ.setdefault("TRIAL", "1")  # `run` always serves a trial
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from foundation.postgresql.cluster import EmbeddedError
    from foundation.postgresql.session_limits import lift_limits
    from gmg_portal.audit.request_context import set_command_context

    try:
        set_command_context(sys.argv)
        lift_limits(sys.argv)
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EmbeddedError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
