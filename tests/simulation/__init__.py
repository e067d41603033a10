"""The simulation: the gateway's own code under fake clocks, a fake network and a fake store; one seed is one run.

    people.py     customers, who write, burst, ask for people and follow ways in
    networks.py   X, Facebook and Telegram: they deliver late, twice and shuffled, and take our messages, or not
    adapter.py    how a process knows a network
    assistant.py  answers; or is slow, away, wrong
    agents.py     claim, answer, note, hand back, resolve, by the desk's own functions
    deployment.py one process, or several that share a store: which is drawn
    process.py    a process under test: `gateway.app.Gateway`, which dies, stops, stands still and starts again
    life.py       one run of it
    database.py   how it reaches the store, as SQLite and as PostgreSQL do
    jobs.py       the jobs that carry work between processes, as procrastinate has them
    store.py      the store: the real tables and queries, with a log of every commit
    loop.py       the event loop, in which an hour takes no time, and a part of the world may stand still
    clock.py      the true time, and each host's clock
    dice.py       what is drawn: which faults this run has, and when
    history.py    what happened, in order
    world.py      all of them together: `run(seed)`
    story.py      what happened, as checks read it
    checker.py    what must never be: the names of all checks (check_road, check_sends, check_lanes)
    mutations.py  faults planted into the engine, which must be found

`python -m tests.simulation --seeds 100000` for long runs. A failing seed prints itself and its story.
"""
