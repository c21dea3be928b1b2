from . import onboarding_onboarding_step
