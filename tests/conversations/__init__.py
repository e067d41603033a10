"""Generated conversations with the whole product: real Rasa, real processes, pretend platforms, agents who err.

    seed -> a script (who, where, what, with which personal data, in which shape)
         -> webhooks, and agents by the API -> what platforms took -> the judge -> the figures

`python -m tests.conversations --help`.
"""
