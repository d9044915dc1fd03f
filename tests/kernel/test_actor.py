from guanzhang.kernel.actor import Actor, system_actor


def test_roles_and_the_system():
    clerk = Actor(7, "yi", "乙", 1, frozenset({"clerk"}), 3, frozenset({3, 4}))
    assert clerk.has_role("boss", "clerk")
    assert not clerk.has_role("boss")
    assert not clerk.has_role()
    assert not clerk.is_system
    system = system_actor(5)
    assert (system.user_id, system.name, system.book_id) == (0, "系统", 5)
    assert system.has_role("system")
    assert system.is_system
