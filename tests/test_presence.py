"""Who is here is told as net differences, and applying them all gives who is here."""

from hypothesis import given
from hypothesis import strategies as some

from chat.message import Person
from chat.presence import CROWD, LISTED, People

ADA = Person("a", "Ada")


def test_somebody_with_two_tabs_is_here_once_until_the_last_is_closed():
    people = People()
    people.arrive(ADA)
    people.arrive(ADA)
    assert people.count == 1
    people.depart("a")
    assert people.count == 1
    people.depart("a")
    assert people.count == 0


def test_the_newest_connection_says_what_they_are_called():
    people = People()
    people.arrive(ADA)
    people.arrive(Person("a", "Countess"))
    assert people.current("a").name == "Countess"


def test_a_reload_is_no_news():
    people = People()
    people.arrive(ADA)
    people.news()
    people.depart("a")
    people.arrive(ADA)
    assert people.news() is None


def test_in_a_crowd_only_the_count_is_told():
    people = People()
    for number in range(CROWD + 1):
        people.arrive(Person(str(number), "x"))
    news = people.news()
    assert (news.count, news.joined) == (CROWD + 1, [])
    assert len(people.listed()) == LISTED


@given(
    some.lists(
        some.tuples(some.sampled_from("abc"), some.sampled_from(["A", "B", None])), max_size=40
    )
)
def test_applying_all_news_in_order_gives_who_is_here(steps):
    people, told, here, versions = People(), {}, {}, []
    for id, name in steps:
        if name:
            people.arrive(Person(id, name))
            here[id] = here.get(id, 0) + 1
        elif here.get(id):
            people.depart(id)
            here[id] -= 1
        if news := people.news():
            versions.append(news.version)
            told.update((person.id, person.name) for person in news.joined + news.renamed)
            for gone in news.left:
                del told[gone]
    assert set(told) == {id for id, count in here.items() if count}
    assert told == {person.id: person.name for person in people.listed()}
    assert versions == list(range(1, len(versions) + 1))
