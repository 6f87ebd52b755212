# A server written with the official Python SDK, the way its users write one: over stdio, with a tool that computes, one that reports
# progress, and one that the scenarios forbid.
from mcp.server import MCPServer
from mcp.server.mcpserver import Context

server = MCPServer("python")


@server.tool()
def add(a: int, b: int) -> int:
    return a + b


@server.tool()
async def steps(ctx: Context) -> str:
    for step in (1, 2, 3):
        await ctx.report_progress(step, 3)
    return "stepped"


@server.tool()
def drop() -> str:
    return "dropped everything"


@server.resource("python://motto")
def motto() -> str:
    return "Simple is better than complex."


server.run()
