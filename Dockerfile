# The addons on top of the official image. Odoo finds them in the folder that its configuration names.
FROM odoo:19.0

# The image of Odoo gives its user the number.
# hadolint global ignore=DL3066
USER root
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-pandas \
    && rm -rf /var/lib/apt/lists/*
# Folders below this one come from .dockerignore: the addons, nothing else.
COPY --chown=odoo:odoo . /mnt/extra-addons/
USER odoo
