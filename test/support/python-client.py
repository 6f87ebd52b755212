# A walk with the official Python SDK's client: `python-client.py MODE EVERYTHING_URL PYTHON_URL TOKEN` prints what it saw as one JSON line.
import asyncio
import json
import sys

import mcp.types as types
from mcp.client.client import Client
from mcp.client.subscriptions import ResourceUpdated
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

MODE, EVERYTHING, PYTHON, TOKEN = sys.argv[1:]
URI = "demo://resource/dynamic/text/1"
PAGE = "https://example.com/sign-in"


def connect(url, **callbacks):
    http = create_mcp_http_client(headers={"Authorization": f"Bearer {TOKEN}"})
    return Client(streamable_http_client(url, http_client=http), mode=MODE, **callbacks)


async def main():
    seen = {"progress": []}

    async def on_progress(progress, total, message):
        seen["progress"].append(progress)

    updated = asyncio.Event()

    async def on_message(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            seen["updated"] = str(message.params.uri)
            updated.set()

    async def on_page(context, params):
        seen["page"] = [params.mode, params.url]
        return types.ElicitResult(action="accept")

    async with connect(EVERYTHING, message_handler=on_message, elicitation_callback=on_page) as client:
        seen["tools"] = [tool.name for tool in (await client.list_tools()).tools]
        seen["echo"] = (await client.call_tool("echo", {"message": "hello"})).content[0].text
        refused = await client.call_tool("get-env", {})
        seen["refused"] = [refused.is_error, refused.content[0].text]
        await client.call_tool("trigger-long-running-operation", {"duration": 0.3, "steps": 3}, progress_callback=on_progress)
        seen["resource"] = (await client.read_resource("demo://resource/dynamic/text/1")).contents[0].text
        seen["prompt"] = (await client.get_prompt("args-prompt", {"city": "Ulm", "state": "BW"})).messages[0].content.text
        visited = await client.call_tool("trigger-url-elicitation", {"url": PAGE, "message": "Please sign in."})
        seen["visited"] = visited.content[0].text
        if MODE == "legacy":
            await client.subscribe_resource(URI)
            await client.call_tool("toggle-subscriber-updates", {})
            await asyncio.wait_for(updated.wait(), 15)
        else:
            async with client.listen(resource_subscriptions=[URI]) as listening:
                await client.call_tool("toggle-subscriber-updates", {})
                event = await asyncio.wait_for(anext(aiter(listening)), 15)
                seen["updated"] = str(event.uri) if isinstance(event, ResourceUpdated) else repr(event)
        await client.call_tool("toggle-subscriber-updates", {})
    async with connect(PYTHON) as client:
        seen["own_tools"] = [tool.name for tool in (await client.list_tools()).tools]
        seen["sum"] = (await client.call_tool("add", {"a": 2, "b": 3})).content[0].text
        refused = await client.call_tool("drop", {})
        seen["own_refused"] = [refused.is_error, refused.content[0].text]
        seen["own_progress"] = []

        async def on_own(progress, total, message):
            seen["own_progress"].append(progress)

        await client.call_tool("steps", {}, progress_callback=on_own)
    print(json.dumps(seen))


asyncio.run(main())
