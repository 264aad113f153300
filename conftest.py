"""Root of all tests, those under src/ included: threads pinned, and the markers' plugins."""

import os

# Two workers on two cores: a numerical library that starts a thread per core makes both crawl. Before numpy loads.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

pytest_plugins = ["plugins.datasets", "plugins.postgres", "plugins.browser", "plugins.report"]
