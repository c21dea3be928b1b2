from odoo.http import request


def posted_json(form):
    """What a program posts, in a form or as JSON; empty where that is no object, or no JSON.

    :param form: dict of the fields of the form
    """
    if request.httprequest.mimetype != "application/json":
        return form
    try:
        told = request.get_json_data()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
