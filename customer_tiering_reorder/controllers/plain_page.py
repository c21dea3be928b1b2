"""Pages for customers without a log-in, the same with a website and without: one request, no
script, no cookie, nothing that other pages or search engines keep."""

from odoo.http import request
from odoo.tools.misc import get_lang

HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


def plain_page(env, template, values, status=200):
    """The response with a page, in the language of an environment.

    :param template: name of a template of this addon that calls ``reorder_page_layout``
    """
    lang = get_lang(env).code
    values = {"html_lang": lang.replace("_", "-"), **values}
    html = env["ir.qweb"]._render(f"customer_tiering_reorder.{template}", values)
    response = request.make_response(
        "<!DOCTYPE html>\n" + str(html), headers={"Content-Type": "text/html; charset=utf-8"}
    )
    response.status_code = status
    response.headers.update(HEADERS)
    return response
