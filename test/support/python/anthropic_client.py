"""Asks a gateway by Anthropic's own client, and prints what came back as one line of JSON."""

import json
import sys

import anthropic

base_url, model = sys.argv[1:]
client = anthropic.Anthropic(api_key="anything", base_url=base_url, max_retries=0)
tools = [
    {
        "name": "weather",
        "description": "Tells the weather.",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
]
messages = [{"role": "user", "content": "How is the weather in Köln?"}]
asked = {"model": model, "max_tokens": 8000, "tools": tools}

counted = client.messages.count_tokens(model=model, tools=tools, messages=messages)

kinds = []
with client.messages.stream(
    **asked, messages=messages, thinking={"type": "enabled", "budget_tokens": 2000}
) as stream:
    for event in stream:
        kinds.append(event.type)
    first = stream.get_final_message()
call = next(block for block in first.content if block.type == "tool_use")

# All of the answer goes back, thoughts and their signatures included.
messages += [
    {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]},
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "Sunny ☀️"}],
    },
]
second = client.messages.create(
    **asked, messages=messages, thinking={"type": "enabled", "budget_tokens": 2000}
)

try:
    client.messages.create(model=model, max_tokens=100, messages=[])
    refused = None
except anthropic.BadRequestError as error:
    refused = {"type": error.body["error"]["type"], "request_id": error.request_id}

print(
    json.dumps(
        {
            "counted": counted.input_tokens,
            "events": kinds,
            "first": [block.type for block in first.content],
            "call": call.input,
            "stop": [first.stop_reason, second.stop_reason],
            "second": "".join(block.text for block in second.content if block.type == "text"),
            "usage": second.usage.input_tokens + second.usage.output_tokens,
            "refused": refused,
        }
    )
)
