/** The configuration `init` writes: everything that has a default stands in it as a comment. */

/** A test holds that it is read without complaint, commented parts included. */
export function sampleConfig(port: number): string {
  return `# Countersign. Unknown keys are refused, so a misspelt limit cannot silently be no limit.
listen:
  host: 127.0.0.1
  port: ${port}
# How people and agents reach it; issuer and audience of tokens and the name of the log are made from it.
base_url: http://localhost:${port}
data_dir: data

# Instead of the embedded database:
# database_url: postgres://countersign@localhost/countersign

# Your own policies and tool classifications instead of the shipped ones:
# policies: policies
# catalogue: catalogue

# How long a call waits for a person before the agent is told to come back, at most 45:
# hold_seconds: 45
# How long an agent session lasts:
# task_hours: 8

# limits:
#   case_max_age_minutes: 240
#   asset_max_age_minutes: 2880
#   roster_max_age_minutes: 240
#   calls_per_task_and_hour: 1000
#   writes_per_task: 50
#   open_requests_per_agent: 10
#   request_minutes: 15
#   denial_memory_minutes: 15

# The tool servers agents reach through the gateway. Secrets lie in files of their own, never in here.
upstreams: []
# upstreams:
#   - id: files
#     transport: stdio
#     command: npx
#     args: ["-y", "@modelcontextprotocol/server-filesystem", "/srv/evidence"]
#     # Classifications shipped with the product count as reviews for this server:
#     trust_shipped_entries: true
#   - id: edr
#     transport: streamable-http
#     url: https://edr.example.org/mcp
#     credential:
#       bearer_file: secrets/edr.token
`
}
