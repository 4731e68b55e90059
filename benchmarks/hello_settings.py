"""The portal's settings with `/hello/`. The middleware is that of production."""

from gmg_portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.hello_urls"
