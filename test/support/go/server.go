// The server: written with the SDK the way its users write one.

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const motto = "go://motto"

type nothing struct{}

type addends struct {
	A int `json:"a"`
	B int `json:"b"`
}

type named struct {
	Name string `json:"name"`
}

// serve runs a server the way users of the SDK write one: tools that compute, report progress, ask for a visit to a page, and change
// what the server offers.
func serve(ctx context.Context, transport string) error {
	if transport == "stdio" {
		return newServer().Run(ctx, &mcp.StdioTransport{})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/mcp\n", listener.Addr())
	server := newServer()
	return http.Serve(listener, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil))
}

func newServer() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "go", Version: "1"}, &mcp.ServerOptions{
		SubscribeHandler:   func(context.Context, *mcp.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
	})
	mcp.AddTool(server, &mcp.Tool{Name: "add"}, func(_ context.Context, _ *mcp.CallToolRequest, in addends) (*mcp.CallToolResult, any, error) {
		return said(fmt.Sprint(in.A + in.B)), nil, nil
	})
	mcp.AddTool(server, &mcp.Tool{Name: "drop"}, quiet("dropped everything"))
	mcp.AddTool(server, &mcp.Tool{Name: "steps"}, steps)
	mcp.AddTool(server, &mcp.Tool{Name: "visit"}, visit)
	mcp.AddTool(server, &mcp.Tool{Name: "offer"}, func(_ context.Context, _ *mcp.CallToolRequest, in named) (*mcp.CallToolResult, any, error) {
		mcp.AddTool(server, &mcp.Tool{Name: in.Name}, quiet("offered"))
		return said("offered " + in.Name), nil, nil
	})
	mcp.AddTool(server, &mcp.Tool{Name: "touch"}, func(ctx context.Context, _ *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, any, error) {
		return said("touched"), nil, server.ResourceUpdated(ctx, &mcp.ResourceUpdatedNotificationParams{URI: motto})
	})
	server.AddResource(&mcp.Resource{Name: "motto", URI: motto}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: motto, Text: "Clear is better than clever."}}}, nil
	})
	return server
}

func steps(ctx context.Context, request *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, any, error) {
	for step := 1; step <= 3; step++ {
		progress := &mcp.ProgressNotificationParams{ProgressToken: request.Params.GetProgressToken(), Progress: float64(step), Total: 3}
		if err := request.Session.NotifyProgress(ctx, progress); err != nil {
			return nil, nil, err
		}
	}
	return said("stepped"), nil, nil
}

// visit asks once for a page to be opened; the SDK asks older clients with a request and newer ones with the result of the call.
func visit(_ context.Context, request *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, any, error) {
	if answer, ok := request.Params.InputResponses["page"].(*mcp.ElicitResult); ok {
		return said("visit: " + answer.Action), nil, nil
	}
	page := &mcp.ElicitParams{Mode: "url", Message: "Please sign in.", URL: "https://example.com/sign-in", ElicitationID: "page-1"}
	return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"page": page}, RequestState: "asked"}, nil, nil
}

func quiet(text string) mcp.ToolHandlerFor[nothing, any] {
	return func(context.Context, *mcp.CallToolRequest, nothing) (*mcp.CallToolResult, any, error) {
		return said(text), nil, nil
	}
}

func said(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}
