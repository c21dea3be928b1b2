from . import sms_answer
