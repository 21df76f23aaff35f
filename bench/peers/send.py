"""Sends by pymessenger, some requests at a time, one message each, and prints how long it took."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import preload  # noqa: F401
from pymessenger.bot import Bot

plan = json.loads(sys.argv[1])
bot = Bot(plan["token"], app_secret=plan["secret"], api_version="25.0")
bot.graph_url = plan["origin"] + "/v25.0"


def send(number):
    answer = bot.send_text_message(f"2400{number:013}", plan["text"])
    if "message_id" not in answer:
        raise RuntimeError(answer)


with ThreadPoolExecutor(plan["inFlight"]) as pool:
    # Warm first.
    warm = plan["messages"] // 5
    list(pool.map(send, range(warm)))
    began = time.perf_counter()
    list(pool.map(send, range(warm, warm + plan["messages"])))
    print(json.dumps({"seconds": time.perf_counter() - began}))
