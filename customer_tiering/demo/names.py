"""Names of the demo's products, which each colleague reads in the own language."""

from odoo.tools.translate import LazyTranslate

from ..presets.build import translate, translate_later

_lt = LazyTranslate(__name__)

PRODUCTS = {
    "chef_knife": _lt("Chef's knife, 20 cm"),
    "saute_pan": _lt("Sauté pan, steel, 28 cm"),
    "stock_pot": _lt("Stock pot, 12 l"),
    "cutting_board": _lt("Cutting board, bamboo"),
    "dinner_plate": _lt("Dinner plate, porcelain, 27 cm"),
    "soup_bowl": _lt("Soup bowl, porcelain"),
    "wine_glass": _lt("Wine glass, 45 cl"),
    "cutlery_set": _lt("Cutlery set, 24 pieces"),
    "table_linen": _lt("Tablecloth, linen, 150 × 250 cm"),
    "napkin_pack": _lt("Cotton napkins, pack of 12"),
    "bath_towel": _lt("Bath towel, 500 g/m²"),
    "apron": _lt("Waist apron, canvas"),
    "pendant_lamp": _lt("Pendant lamp, rattan"),
    "table_lamp": _lt("Rechargeable table lamp"),
    "candle_box": _lt("Candles, box of 50"),
    "gift_box": _lt("Gift boxes, pack of 25"),
    "takeaway_box": _lt("Takeaway boxes, carton of 200"),
    "kraft_bag": _lt("Kraft paper bags, bundle of 100"),
}


def name_products(products):
    """Give products their names in every installed language.

    :param products: dict key → ``product.product``
    """
    for key, product in products.items():
        translate(product, [PRODUCTS[key]])


def translate_products(env, codes):
    """The same in languages that came later; names that people gave stay."""
    xmlids = [f"customer_tiering.demo_product_{key}" for key in PRODUCTS]
    found = [env.ref(xmlid, raise_if_not_found=False) for xmlid in xmlids]
    products = env["product.product"].browse(product.id for product in found if product)
    translate_later(products, codes, PRODUCTS.values())
