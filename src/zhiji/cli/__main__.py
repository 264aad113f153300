"""``python -m zhiji.cli``: how the product starts its own commands as processes."""

from zhiji.cli.app import main

main()
