// The client: a walk that reports what it saw.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const patience = 10 * time.Second

// seen is what the walk reports. What arrives on its own is written by the SDK's goroutines, hence the lock.
type seen struct {
	mu       sync.Mutex
	Version  string    `json:"version"`
	Tools    []string  `json:"tools"`
	Echo     string    `json:"echo"`
	Refused  []any     `json:"refused"`
	Resource string    `json:"resource"`
	Prompt   string    `json:"prompt"`
	Own      []string  `json:"own"`
	Sum      string    `json:"sum"`
	Dropped  []any     `json:"dropped"`
	Progress []float64 `json:"progress"`
	Visit    string    `json:"visit"`
	Pages    []string  `json:"pages"`
	Motto    string    `json:"motto"`
	Updated  []string  `json:"updated"`
	// Notices that the tools changed: after a hidden one was added, after a visible one was.
	Changes []int    `json:"changes"`
	Grown   []string `json:"grown"`
	changed int
}

type bearer struct{ token string }

func (b bearer) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+b.token)
	return http.DefaultTransport.RoundTrip(request)
}

func walk(ctx context.Context, version, everything, own, token string) error {
	report := &seen{}
	connect := func(url string) (*mcp.ClientSession, error) {
		transport := &mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: bearer{token}}}
		return report.client().Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	}
	for _, part := range []struct {
		url  string
		walk func(context.Context, *mcp.ClientSession) error
	}{{everything, report.everything}, {own, report.own}} {
		session, err := connect(part.url)
		if err != nil {
			return fmt.Errorf("connect to %s: %w", part.url, err)
		}
		if err := part.walk(ctx, session); err != nil {
			return err
		}
		if err := session.Close(); err != nil {
			return fmt.Errorf("close: %w", err)
		}
	}
	report.mu.Lock()
	defer report.mu.Unlock()
	line, err := json.Marshal(report)
	fmt.Println(string(line))
	return err
}

func (s *seen) client() *mcp.Client {
	return mcp.NewClient(&mcp.Implementation{Name: "walker", Version: "1"}, &mcp.ClientOptions{
		Capabilities: &mcp.ClientCapabilities{
			Elicitation: &mcp.ElicitationCapabilities{Form: &mcp.FormElicitationCapabilities{}, URL: &mcp.URLElicitationCapabilities{}},
		},
		ElicitationHandler: func(_ context.Context, request *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			s.note(func() { s.Pages = append(s.Pages, request.Params.Mode+" "+request.Params.URL) })
			return &mcp.ElicitResult{Action: "accept"}, nil
		},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { s.note(func() { s.changed++ }) },
		ResourceUpdatedHandler: func(_ context.Context, request *mcp.ResourceUpdatedNotificationRequest) {
			s.note(func() { s.Updated = append(s.Updated, request.Params.URI) })
		},
		ProgressNotificationHandler: func(_ context.Context, request *mcp.ProgressNotificationClientRequest) {
			s.note(func() { s.Progress = append(s.Progress, request.Params.Progress) })
		},
	})
}

func (s *seen) everything(ctx context.Context, session *mcp.ClientSession) (err error) {
	s.Version = session.InitializeResult().ProtocolVersion
	if s.Tools, err = toolNames(ctx, session); err != nil {
		return err
	}
	if s.Echo, _, err = call(ctx, session, "echo", map[string]any{"message": "hello"}); err != nil {
		return err
	}
	text, isError, err := call(ctx, session, "get-env", nothing{})
	if err != nil {
		return err
	}
	s.Refused = []any{isError, text}
	read, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "demo://resource/dynamic/text/1"})
	if err != nil {
		return err
	}
	s.Resource = read.Contents[0].Text
	prompt, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "args-prompt", Arguments: map[string]string{"city": "Ulm", "state": "BW"}})
	if err != nil {
		return err
	}
	s.Prompt = prompt.Messages[0].Content.(*mcp.TextContent).Text
	return nil
}

func (s *seen) own(ctx context.Context, session *mcp.ClientSession) (err error) {
	if s.Own, err = toolNames(ctx, session); err != nil {
		return err
	}
	if s.Sum, _, err = call(ctx, session, "add", addends{A: 2, B: 3}); err != nil {
		return err
	}
	text, isError, err := call(ctx, session, "drop", nothing{})
	if err != nil {
		return err
	}
	s.Dropped = []any{isError, text}
	steps := &mcp.CallToolParams{Name: "steps", Arguments: nothing{}}
	steps.SetProgressToken("steps")
	if _, err = session.CallTool(ctx, steps); err != nil {
		return err
	}
	if s.Visit, _, err = call(ctx, session, "visit", nothing{}); err != nil {
		return err
	}
	read, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: motto})
	if err != nil {
		return err
	}
	s.Motto = read.Contents[0].Text
	// In this order: over stdio the SDK's server forgets what a connection listens to as soon as one of its listens ends.
	if err = s.watchTools(ctx, session); err != nil {
		return err
	}
	return s.follow(ctx, session)
}

func (s *seen) follow(ctx context.Context, session *mcp.ClientSession) error {
	if err := session.Subscribe(ctx, &mcp.SubscribeParams{URI: motto}); err != nil {
		return err
	}
	if _, _, err := call(ctx, session, "touch", nothing{}); err != nil {
		return err
	}
	s.await(func() bool { return len(s.Updated) > 0 }, patience)
	return session.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: motto})
}

func (s *seen) watchTools(ctx context.Context, session *mcp.ClientSession) (err error) {
	for _, offer := range []struct {
		name string
		wait time.Duration
	}{{"drop_more", 2 * time.Second}, {"add_more", patience}} {
		before := s.changes()
		if _, _, err = call(ctx, session, "offer", named{offer.name}); err != nil {
			return err
		}
		s.await(func() bool { return s.changed > before }, offer.wait)
		s.Changes = append(s.Changes, s.changes()-before)
	}
	s.Grown, err = toolNames(ctx, session)
	return err
}

func (s *seen) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *seen) changes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *seen) await(happened func() bool, patience time.Duration) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		done := happened()
		s.mu.Unlock()
		if done {
			return
		}
	}
}

func toolNames(ctx context.Context, session *mcp.ClientSession) ([]string, error) {
	var names []string
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, tool.Name)
	}
	slices.Sort(names)
	return names, nil
}

func call(ctx context.Context, session *mcp.ClientSession, name string, arguments any) (string, bool, error) {
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", name, err)
	}
	text := ""
	for _, part := range result.Content {
		if said, ok := part.(*mcp.TextContent); ok {
			text += said.Text
		}
	}
	return text, result.IsError, nil
}
