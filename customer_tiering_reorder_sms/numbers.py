"""Which phone numbers SMS can be sent to."""

try:
    import phonenumbers
except ImportError:
    # Core does without as well; the provider says what it cannot deliver.
    phonenumbers = None


def can_receive_sms(number):
    """Whether an SMS may arrive: not at what is known to be a landline.

    :param number: with the country's code, such as +3225551234
    """
    if phonenumbers is None:
        return True
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind != phonenumbers.PhoneNumberType.FIXED_LINE
