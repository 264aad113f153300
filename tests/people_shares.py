"""How often each thing happens in made-up customer records. Realistic orders of magnitude, chosen by hand; every
share says what it is a share of, and ``journeys/test_people.py`` counts each again from the records."""

from __future__ import annotations

# Who there is: shares of all real persons and organisations.
ORGANISATIONS = 0.10
HOUSEHOLD_MEMBERS = 0.30  # live with one to three others who are customers too
TWINS = 0.01  # one of a pair, who share all but the given name
NAMESAKES = 0.04  # bear the name of another customer of the same city

# Of organisations.
BRANCHES = 0.25  # a branch in another city, or the head office of such branches
HOTLINED = 0.5  # of those groups, give one number for all branches

# Of households (twins always share the phone).
HOUSEHOLD_PHONE = 1 / 3  # share a landline or the father's mobile
SIZES = {2: 0.35, 3: 0.45, 4: 0.20}

# Of persons.
SWITCHBOARD = 0.05  # are reached at their firm, by a number that three to eight unrelated people share too
EMPLOYED = 0.30  # of the adults without a shared phone, work for a firm of their city that is a customer
MOVED = 0.08
NEW_PHONE = 0.08
WITH_EMAIL = 0.45
NEIGHBOURS = 0.10  # of those not in a household, live in the building of another customer

# Where they are recorded: by number of sources, and once more in one of these (entered twice by mistake).
SOURCES = ("shop", "erp", "desk")
SOURCES_HELD = {1: 0.52, 2: 0.36, 3: 0.12}
ENTERED_TWICE = 0.02
# Of second and later records of one customer: share nothing with the earlier ones but the name.
NAME_ONLY = 0.05

# What a source asks for: share of its records of persons that have the field. An e-mail also has to exist.
ASKED = {
    "shop": {"phone": 0.92, "email": 0.25, "address": 0.70, "born": 0.45, "company": 0.10, "city": 0.90},
    "erp": {"phone": 0.85, "email": 0.40, "address": 0.80, "born": 0.10, "company": 0.70, "city": 0.95},
    "desk": {"phone": 0.80, "email": 0.70, "address": 0.45, "born": 0.25, "company": 0.30, "city": 0.70},
}
PLACEHOLDER_PHONE = "13800000000"
PLACEHOLDER = 0.03  # of the shop's records of persons that have a phone: the till wants a number, any number
SHARED_SHOWN = 0.6  # one who has both gives the shared number rather than their own
OLD_SHOWN = 0.5  # a record of one who moved or changed number still shows the old one

# How a person's name is written: of records of persons, except where said.
# A homophone needs a character that has one: of records of persons with such a name.
NAME_STYLES = {"homophone": 0.05, "traditional": 0.05, "pinyin": 0.06, "blanks": 0.04}
TITLED = 0.06  # of records that could be found by a number of the person's own, given in full and never changed

# How a mobile number is written: of records with a mobile number.
MASKED = 0.05
# Of mobile numbers that are not masked.
PHONE_STYLES = {"prefix": 0.08, "gaps": 0.10, "full width": 0.02}
PHONE_TYPO = 0.02  # of numbers in full under a name written plainly: one digit wrong

# How an e-mail is written.
EMAIL_CASED = 0.10
GMAIL_DOTTED = 0.30  # of addresses at gmail.com

# How a place is written: of records with an address.
NO_PROVINCE = 0.40
NO_CITY = 0.15
SHORT_UNITS = 0.20  # 浙江 for 浙江省, 杭州 for 杭州市
OTHER_NUMBER_SIGN = 0.05  # 號 for 号
HAN_NUMERALS = 0.06
FULL_WIDTH = 0.05
NO_ROOM = 0.12
SWAPPED = 0.02  # two characters that stand side by side
CITY_SUFFIX = 0.35  # of records with a city: 上海市 for 上海

# How a birth date is written: of records with one.
DATE_STYLES = {"1990-03-05": 0.55, "1990/3/5": 0.25, "1990年3月5日": 0.20}
DATE_TYPO = 0.03

# How a firm's name is written: of its records.
FIRM_STYLES = {"suffix": 0.12, "no city": 0.12, "short": 0.10}
FIRM_BRACKETED = 0.25  # of firms: the city stands in brackets after the brand
HALF_WIDTH_BRACKETS = 0.4  # of records with brackets
