"""The simulation: the gateway's own code under a fake clock, a fake network and a fake store; one seed is one run.

    people.py     customers, who write, burst, ask for people and follow ways in
    networks.py   X, Facebook and Telegram: they deliver late, twice and shuffled, and take our messages, or not
    assistant.py  answers; or is slow, away, wrong
    agents.py     claim, answer, note, hand back, resolve, by the desk's own functions
    process.py    the process under test: `gateway.app.Gateway`, which dies and starts again
    store.py      its database: the real tables and queries, with a log of every commit
    loop.py       the event loop, in which an hour takes no time
    dice.py       what is drawn: which faults this run has, and when
    history.py    what happened, in order
    world.py      all of them together: `run(seed)`
    checker.py    what must never be
    mutations.py  faults planted into the engine, which must be found

`python -m tests.simulation --seeds 100000` for long runs. A failing seed prints itself and its story.
"""
