"""The cache of deploy/nginx.conf in front of the portal, where nginx is installed."""

import re
import shutil
import subprocess
import time
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings

from agencies.models import Agency
from tests.support.processes import free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
# Longer than nginx answers from its cache: it counts whole seconds, so that one second may take nearly two.
UNTIL_STALE = 2.1

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture
def cache(live_server, tmp_path):
    """Yield the URL of nginx, configured by deploy/nginx.conf, in front of the portal."""
    port = free_port()
    site = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    site = re.sub(r"listen .*;", f"listen 127.0.0.1:{port};", site)
    site = re.sub(r"\n    ssl_.*;", "", site)
    site = site.replace("/var/log/nginx", f"{tmp_path}")
    site = site.replace("127.0.0.1:8000", urlsplit(live_server.url).netloc).replace("/var/cache/nginx", f"{tmp_path}")
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in paths)
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}\n{site}\n}}\n"
    )
    command = [NGINX, "-p", tmp_path, "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    address = f"http://127.0.0.1:{port}"
    for _attempt in range(100):
        try:
            requests.get(f"{address}/healthz", timeout=5)
            break
        except requests.ConnectionError:
            assert server.poll() is None, server.stderr.read()
            time.sleep(0.05)
    yield address
    server.terminate()
    server.wait(timeout=10)
    server.stderr.close()


def test_log_contains_no_secret_link(cache, tmp_path):
    requests.get(f"{cache}/accounts/invitation/live-link/?next=live-link", timeout=30)
    requests.get(f"{cache}/agencies/?page=1", timeout=30, headers={"Referer": "/accounts/invitation/live-link/"})

    log = tmp_path / "portal.log"
    # nginx writes a line after the answer.
    wait_until(lambda: "/agencies/?page=1" in log.read_text(), "the line of the last request")

    assert "live-link" not in log.read_text()
    assert '"GET /accounts/invitation/... HTTP/1.1" 404' in log.read_text()


def get(address, **headers):
    response = requests.get(address, headers=headers, timeout=30)
    return response, response.headers["X-Cache-Status"]


def test_public_answers_are_kept_revalidated_and_never_outlive_a_change(cache, ilo):
    """Takes over five seconds, because it waits twice until the cached answer is stale."""
    addresses = [f"{cache}/agencies/ilo/", f"{cache}/api/v1/agencies/ilo/"]

    first = [get(address) for address in addresses]
    time.sleep(UNTIL_STALE)
    second = [get(address) for address in addresses]
    unchanged = get(addresses[0], **{"If-None-Match": first[0][0].headers["ETag"]})
    as_csv = get(f"{cache}/api/v1/agencies/", Accept="text/csv")
    as_json = get(f"{cache}/api/v1/agencies/", Accept="application/json")
    Agency.objects.filter(pk=ilo.pk).update(name="International Labour Office")
    time.sleep(UNTIL_STALE)
    third = [get(address) for address in addresses]

    assert [status for _response, status in first] == ["MISS", "MISS"]
    assert [status for _response, status in second] == ["REVALIDATED", "REVALIDATED"]
    assert [response.content for response, _ in first] == [response.content for response, _ in second]
    assert unchanged[0].status_code == 304
    assert (as_csv[0].headers["Content-Type"][:8], as_json[0].headers["Content-Type"]) == (
        "text/csv",
        "application/json",
    )
    assert [status for _response, status in third] == ["EXPIRED", "EXPIRED"]
    assert all("International Labour Office" in response.text for response, _status in third)


def test_personal_refused_and_token_answers_are_not_stored(cache, ilo):
    paths = ["/accounts/login/", "/nowhere/", "/agencies/?nonsense=1"]

    statuses = [get(f"{cache}{path}")[1] for path in paths for _ in range(2)]
    with_token = [get(f"{cache}/api/v1/agencies/", Authorization="Bearer x")[1] for _ in range(2)]

    assert statuses == ["MISS"] * 6
    assert with_token == ["BYPASS"] * 2
