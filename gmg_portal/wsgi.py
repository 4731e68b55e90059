"""The WSGI application for web servers: Django behind the response cache."""

import os

from django.core.wsgi import get_wsgi_application

from gmg_portal.http.response_cache import with_response_cache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gmg_portal.settings")

application = with_response_cache(get_wsgi_application())
