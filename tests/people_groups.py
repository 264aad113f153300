"""Who belongs together in the truth behind made-up customer records: families, twins, namesakes, neighbours, firms
with their branches, and colleagues. Each adds to the world's beings; none adds more than it is asked for."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import people_shares as share
from people_words import BRANDS, GENERATION, SUFFIXES, TRADES, City
from people_world import Being, Firm, World, among, heard, pick, sound


def beings_draw(count: int, rng: Random) -> list[Being]:
    """``count`` beings, numbered by ``truth`` in an order that says nothing."""
    world = World(rng)
    organisations = round(count * share.ORGANISATIONS)
    firms_add(world, organisations)
    households_add(world, round(count * share.HOUSEHOLD_MEMBERS))
    twins_add(world, round(count * share.TWINS) // 2)
    namesakes = round(count * share.NAMESAKES)
    singles_add(world, count - len(world.beings) - namesakes)
    namesakes_add(world, count - len(world.beings))
    moves_add(world)
    employment_add(world)
    rng.shuffle(world.beings)
    for truth, being in enumerate(world.beings):
        being.truth = truth
    return world.beings


def firms_add(world: World, count: int) -> None:
    """Head offices with two or three branches each, then firms of one office."""
    grouped = round(count * share.BRANCHES)
    while grouped >= 3:
        size = min(grouped, world.rng.choice((3, 4)))
        grouped, count = grouped - size, count - size
        group_add(world, size)
    for _ in range(count):
        city = world.city()
        firm_add(world, firm_draw(world, city), city)


def firm_draw(world: World, city: City) -> Firm:
    def draw() -> tuple[str, str, str]:
        return city.name, world.rng.choice(BRANDS), world.rng.choice(TRADES)

    name, brand, trade = world.untaken(draw)
    bracketed = world.rng.random() < share.FIRM_BRACKETED
    return Firm(name, brand, trade, pick(world.rng, SUFFIXES), bracketed)


def group_add(world: World, size: int) -> None:
    cities: list[City] = []
    while len(cities) < size:
        city = world.city()
        cities += [city] if city not in cities else []
    head = firm_draw(world, cities[0])
    hotline = world.hotline() if world.rng.random() < share.HOTLINED else ""
    firm_add(world, head, cities[0], hotline)
    for city in cities[1:]:
        firm_add(world, replace(head, branch=city.name), city, hotline)


def firm_add(world: World, firm: Firm, city: City, hotline: str = "") -> None:
    being = Being(world.place(city), firm=firm, shared_phone=hotline)
    being.phone = world.landline(city) if world.rng.random() < 0.6 else world.mobile()
    if world.rng.random() < share.WITH_EMAIL:
        host = sound("", firm.brand)[1]
        words = ("info", "sales", "office")
        being.email = world.untaken(lambda: f"{world.rng.choice(words)}@{host}{world.digits(4)}.cn")
    world.add(being)


def households_add(world: World, members: int) -> None:
    while members >= 2:
        size = min(members, pick(world.rng, share.SIZES))
        members -= size
        family = family_draw(world, size)
        if world.rng.random() < share.HOUSEHOLD_PHONE:
            number = family[0].phone if world.rng.random() < 0.5 else world.landline(family[0].place.city)
            for being in family:
                being.shared_phone = number
        for being in family:
            world.add(being)


def family_draw(world: World, size: int) -> list[Being]:
    """Father first; his wife with a surname of her own, and his children, whose names share a character."""
    place = world.place(world.city())
    father = world.person(place, is_male=True)
    father.born = world.birthday(1955, 1988)
    family = [father]
    if size > 2 or world.rng.random() < 0.7:
        wife = world.person(place, is_male=False)
        while wife.surname == father.surname or heard(wife) == heard(father):
            wife = world.person(place, is_male=False)
        wife.born = world.birthday(father.born.year - 3, father.born.year + 3)
        family.append(wife)
    shared = among(world.rng, GENERATION)
    while len(family) < size:
        family.append(child_draw(world, father, shared, family))
    for being in family:
        being.shares_home = True
    return family


def child_draw(world: World, father: Being, shared: str, family: list[Being]) -> Being:
    """Old enough to be a customer; a young child has neither number nor e-mail."""
    assert father.born is not None
    child = world.person(father.place, father.surname)
    others = {heard(each) for each in family}
    child.given = shared + world.given(child.is_male)[-1]
    while heard(child) in others:
        child.given = shared + world.given(child.is_male)[-1]
    child.born = world.birthday(father.born.year + 22, father.born.year + 32)
    child.email = world.email(child) if child.email else ""
    if child.born.year >= 2012:
        child.email = child.phone = child.old_phone = ""
    return child


def twins_add(world: World, pairs: int) -> None:
    """All is shared but one character of the name, and what each of them bought for themselves: a phone."""
    for _ in range(pairs):
        one = world.person(world.place(world.city()))
        shared = among(world.rng, GENERATION)
        two = world.person(one.place, one.surname, one.is_male)
        while sound("", shared + one.given[-1]) == sound("", shared + two.given[-1]):
            two = world.person(one.place, one.surname, one.is_male)
        number = world.landline(one.place.city)
        for twin in (one, two):
            twin.given, twin.born = shared + twin.given[-1], one.born
            twin.shared_phone, twin.shares_home = number, True
            twin.email = world.email(twin) if twin.email else ""
            world.add(twin)


def singles_add(world: World, count: int) -> None:
    """Some live in the building of one who is there already, never of anyone with their surname."""
    for _ in range(count):
        near = world.rng.choice(world.beings) if world.beings and world.rng.random() < share.NEIGHBOURS else None
        place = world.room(near.place) if near else world.place(world.city())
        being = world.person(place)
        residents = world.residents.get(place.gate, [])
        while any(each.surname == being.surname or heard(each) == heard(being) for each in residents):
            being = world.person(place)
        world.add(being)


def namesakes_add(world: World, count: int) -> None:
    """The name of one who is there, in the same city, with nothing else in common."""
    models = [each for each in world.beings if each.surname and not each.shares_home]
    for _ in range(count):
        if not models:
            singles_add(world, 1)
            continue
        model = world.rng.choice(models)
        being = world.person(world.place(model.place.city), model.surname, model.is_male)
        being.given = model.given
        being.email = world.email(being) if being.email else ""
        world.add(being)


def moves_add(world: World) -> None:
    """Homes of before: mostly in the same city; families are left where they are, or they would move apart."""
    alone = [each for each in world.beings if each.surname and not each.shares_home]
    persons = sum(bool(each.surname) for each in world.beings)
    for being in world.rng.sample(alone, min(len(alone), round(persons * share.MOVED))):
        city = being.place.city if world.rng.random() < 0.7 else world.city()
        being.old_place = world.place(city)


def employment_add(world: World) -> None:
    """Colleagues behind one switchboard, then people whose employer is known and nothing more; all work where they
    live."""
    offices: dict[City, list[Being]] = {}
    adults: dict[City, list[Being]] = {}
    for being in world.beings:
        if being.firm and not being.shared_phone:
            offices.setdefault(being.place.city, []).append(being)
        elif being.is_adult and not being.shared_phone:
            adults.setdefault(being.place.city, []).append(being)
    behind = round(sum(bool(each.surname) for each in world.beings) * share.SWITCHBOARD)
    whole = sum(len(adults[city]) for city in offices if city in adults)
    for city in [each for each in offices if each in adults]:
        world.rng.shuffle(adults[city])
        switchboards_add(world, offices[city], adults[city], round(behind * len(adults[city]) / whole))
        for being in adults[city]:
            if world.rng.random() < share.EMPLOYED:
                employ(world, world.rng.choice(offices[city]), being)


def switchboards_add(world: World, offices: list[Being], adults: list[Being], behind: int) -> None:
    """Takes ``behind`` of the adults out of the row, and gives three to eight at a time the number of one office."""
    for office in world.rng.sample(offices, len(offices)):
        size = min(behind, world.rng.randrange(3, 9), len(adults))
        if size < 3:
            return
        behind -= size
        office.shared_phone = world.landline(office.place.city)
        for being in [adults.pop() for _ in range(size)]:
            being.shared_phone = office.shared_phone if employ(world, office, being) else ""


def employ(world: World, office: Being, being: Being) -> bool:
    """False for one who sounds like somebody at a firm of that brand: nobody could tell their records apart."""
    assert office.firm is not None
    staff = world.staff.setdefault(office.firm.brand, [])
    if heard(being) in staff:
        return False
    staff.append(heard(being))
    being.employer = office.firm
    return True
