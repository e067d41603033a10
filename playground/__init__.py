"""A small town on this machine: pretend X, Facebook and Telegram, and a page on which one plays the customers.

It stands for the outside world. It speaks the real protocols, keeps the platforms' rules and imports nothing of
the product.

    people      who lives here              x, facebook, telegram   the three platforms
    world       what they keep              delivery                events to the gateway
    play        customers' deeds by HTTP    gate, faults, calls     every call to a platform
    lookout     state and logs as JSON      page, live              what one sees in the browser
"""
