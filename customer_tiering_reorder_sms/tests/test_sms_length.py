from odoo.tests import BaseCase, tagged

from .. import sms_length


@tagged("post_install", "-at_install")
class TestSmsLength(BaseCase):
    def test_by_hand(self):
        """A Chinese text of 71 signs is taken for one message, or “€” for one sign."""
        for text, signs, messages in (
            ("", 0, 1),
            ("a" * 160, 160, 1),
            ("a" * 161, 161, 2),
            ("a" * 306, 306, 2),
            ("a" * 307, 307, 3),
            ("€" * 80, 160, 1),
            ("€" * 81, 162, 2),
            ("该" * 70, 70, 1),
            ("该" * 71, 71, 2),
            ("该" * 134, 134, 2),
            ("该" * 135, 135, 3),
            # One sign outside of the alphabet makes all of them dear.
            ("a" * 70 + "该", 71, 2),
            ("😀" * 35, 70, 1),
            ("😀" * 36, 72, 2),
        ):
            with self.subTest(text=text[:3], signs=signs):
                found = sms_length.of(text)
                self.assertEqual((found.signs, found.messages), (signs, messages))
