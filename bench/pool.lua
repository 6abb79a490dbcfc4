-- Requests with bearer tokens from a file, in order, for wrk:
--   wrk … -s pool.lua URL -- FILE FIRST COUNT once|again
-- FILE `-` means no token. With `once`, no token is sent twice: the clients stop when the slice is used up, and `SPENT` is
-- printed, on which load.py interrupts wrk, whose main thread would sleep on until its time is up.
local requests, position, once = {}, 0, false

function init(arguments)
    local file, first, count = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
    once = arguments[4] == "once"
    if file == "-" then
        requests[1] = wrk.format()
        return
    end
    local number = 0
    for token in io.lines(file) do
        if number >= first then
            local fields = { Authorization = "Bearer " .. token }
            for name, value in pairs(wrk.headers) do fields[name] = value end
            requests[#requests + 1] = wrk.format(nil, nil, fields)
            if #requests == count then break end
        end
        number = number + 1
    end
    assert(#requests == count, "the file has too few tokens")
end

function request()
    position = position + 1
    if position > #requests then
        if once then
            wrk.thread:stop()
            io.write("SPENT\n")
            io.flush()
        end
        position = 1
    end
    return requests[position]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %d, "p90": %d, "p99": %d}\n',
        summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(90), latency:percentile(99)))
end
