"""Works off the jobs like Odoo's scheduler: ``python -m tools.stress.grader DATABASE CHUNK``.

Says READY once, then goes on until it is ended, whatever happens to the database.
"""

import sys
import time

from .odoo_process import load

PAUSE_SECONDS = 0.2


def main(name, chunk):
    load(name, "info")
    from odoo.addons.base.models.ir_cron import IrCron
    from odoo.addons.customer_tiering.grading import pipeline  # noqa: F401, as after a night
    from odoo.addons.customer_tiering.models import customer_tier_run

    customer_tier_run.CHUNK_SIZE = chunk
    print("READY", flush=True)
    while True:
        IrCron._process_jobs(name)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
