"""How `./dev dump` writes a view."""

from lxml import etree

from tools.devtool.registry_dump import _elements, _value


def test_elements():
    """Attributes in another order, spaces and comments made two equal views differ."""
    one = etree.fromstring('<form b="2" a="1"><!-- why --><p>  some\n text</p></form>')
    other = etree.fromstring('<form a="1" b="2">\n    <p>some text</p>\n</form>')
    assert list(_elements(one, 0)) == list(_elements(other, 0))
    assert list(_elements(one, 0)) == ["<form a='1' b='2'>", "  <p> some text"]


def test_functions_in_attributes():
    """What a selection does with its records was another one in each process, by its address."""
    assert _value({"sms": lambda records: None}) == _value({"sms": lambda records: None})
