"""The `./dev` command.

Standard library only: it runs before any environment exists.

    cli          the commands and their arguments
    setup        what must be there before a command can work, in order
    system       packages of the operating system
    venv         the two Python environments: Odoo's and the lint tools'
    odoo_source  where Odoo comes from
    postgres     the private PostgreSQL cluster, or the one named by PGHOST
    databases    databases with the addon, copied from cached templates
    odoo         Odoo's configuration and command line
    server       `./dev run`
    tests        `./dev test`
    lint         `./dev lint`, with house, translations and xml_format
"""
