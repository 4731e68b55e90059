"""Test third-party clients generated from docs/openapi.yaml: compiled in strict mode and used against a live portal."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.factories import AccessTokenFactory, CommitmentFactory, published_report

pytestmark = pytest.mark.processes

HERE = Path(__file__).parent
DESCRIPTION = Path(settings.BASE_DIR, "docs", "openapi.yaml")
NODE_MODULES = HERE / "node_modules"
CONFIG = "package_name_override: portal_client\npost_hooks: []\n"


@pytest.fixture
def register(live_server, transactional_db, ilo, iom, ohchr):
    """Four commitments, of which ILO leads two."""
    rows = [
        CommitmentFactory(lead_agency=agency, title=title)
        for agency, title in [(ilo, "Fair recruitment"), (iom, "Return"), (ohchr, "Rights"), (ilo, "Skills, 2014")]
    ]
    for row in rows[:3]:
        published_report(row, status="in_progress", achieved=f"Of {row.title}.")
    return rows


EXPECTED = {
    "titles": ["Return (iom)", "Fair recruitment (ilo)"],
    "row": "Fair recruitment: Of Fair recruitment.",
    "walk": ["Fair recruitment", "Return", "Rights", "Skills, 2014"],
    "refusal": [400, [["lead", "iom"]]],
    "total": 4,
}


def run(*command, folder, **env):
    """Run a tool; show its output if it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_python_client_is_typed_and_reads_and_writes(live_server, register, ilo, ilo_focal_point, tmp_path):
    """Takes over 5 s: generator, type checker and client are processes of their own."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    shutil.copy(HERE / "use_client.py", tmp_path)
    secret = AccessTokenFactory(agency=ilo, made_by=ilo_focal_point).secret
    python = [sys.executable, "-m"]

    run(
        *[*python, "openapi_python_client", "generate", "--meta", "none", "--config", "config.yaml"],
        *["--path", DESCRIPTION, "--output-path", "portal_client", "--fail-on-warning"],
        folder=tmp_path,
    )
    run(*python, "mypy", "--strict", "portal_client", "use_client.py", folder=tmp_path)
    answer = run(sys.executable, "use_client.py", live_server.url, register[0].reference, secret, folder=tmp_path)

    assert json.loads(answer) == EXPECTED | {"drafts": ["Begun by a client.", "None.", True]}


@pytest.fixture
def node():
    """Return the PATH with the packages that package-lock.json names."""
    path = shutil.which("node")
    if not path:
        pytest.skip("No Node.js on this machine: install Debian's packages 'nodejs' and 'npm'.")
    if not NODE_MODULES.is_dir():
        pytest.skip("The TypeScript tools are not installed: run `npm ci --prefix tests/gmg_portal/api/clients`.")
    return path


def test_typescript_client_compiles_strictly_and_reads(live_server, register, node, tmp_path):
    """Takes over 5 s: generator, compiler and client are processes of their own."""
    for name in ("package.json", "tsconfig.json", "use_client.ts"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)

    run(node, "node_modules/openapi-typescript/bin/cli.js", DESCRIPTION, "-o", "schema.d.ts", folder=tmp_path)
    run(node, "node_modules/typescript/bin/tsc", "-p", ".", folder=tmp_path)
    answer = run(node, "use_client.js", live_server.url, register[0].reference, folder=tmp_path)

    table = 'title\r\nFair recruitment\r\nReturn\r\nRights\r\n"Skills, 2014"\r\n'
    assert json.loads(answer) == EXPECTED | {"table": table}
