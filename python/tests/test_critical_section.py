"""CriticalSection: one execution at a time."""

import threading

import millrace as mr
import pytest

v1 = mr.compat.v1


def test_one_at_a_time_in_a_step():
    with mr.Graph().as_default(), v1.Session() as session:
        section = mr.CriticalSection(name="section")
        counter = v1.get_variable("counter", initializer=0, use_resource=True)

        def next_value():
            value = counter.read_value()
            with mr.control_dependencies([value]):
                assigned = counter.assign(value + 1, read_value=False)
            with mr.control_dependencies([assigned]):
                return mr.identity(value)

        values = [section.execute(next_value) for _ in range(20)]
        session.run(v1.global_variables_initializer())
        assert sorted(session.run(values)) == list(range(20))
        assert session.run(counter) == 20


def test_one_at_a_time_among_threads():
    section, inside, most = mr.CriticalSection(), [0], [0]

    def enter():
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        value = mr.constant(1) + 1
        inside[0] -= 1
        return value

    def work():
        for _ in range(20):
            assert int(section.execute(enter)) == 2

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1


def test_what_would_wait_for_ever_is_refused():
    section = mr.CriticalSection()
    with pytest.raises(ValueError, match="already running"):
        section.execute(lambda: section.execute(lambda: mr.constant(1)))
    with pytest.raises(ZeroDivisionError):
        section.execute(lambda: 1 // 0)
    assert int(section.execute(lambda: mr.constant(3))) == 3
