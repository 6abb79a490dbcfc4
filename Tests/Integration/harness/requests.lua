-- For wrk: the requests of a file, in turn. A line is a path, the name of a field and its value, divided by tabs.
local requests, position = {}, 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        local path, name, value = line:match("^([^\t]+)\t([^\t]+)\t(.+)$")
        requests[#requests + 1] = wrk.format("GET", path, { [name] = value })
    end
end

function request()
    position = position % #requests + 1
    return requests[position]
end
