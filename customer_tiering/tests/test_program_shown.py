from lxml import etree

from odoo.tests import Form, tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestProgramShown(TieringCommon):
    def test_salespeople_read_the_rules(self):
        """Salespeople follow the name of the programme on a tier or a grading, and were told that
        they may not read grading runs; the button to grade would refuse them."""
        program = self._create_program()
        for user in (self.salesperson, self.officer, self.manager):
            with self.subTest(user.login):
                form = Form(program.with_user(user))
                self.assertEqual(form.name, program.name)
                view = program.with_user(user).get_view(view_type="form")
                button = etree.fromstring(view["arch"]).xpath("//button[@name='action_grade']")
                self.assertEqual(bool(button), user != self.salesperson)
