from . import reminder_contact
