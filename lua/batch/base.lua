-- What the parts of a batch share: errors, files, time, the event library.
local inside = require "dmsc.inside"
local json = require "dmsc.json"

local base = { json = json, sha256 = inside.sha256 }

-- Raises an error as core does: code is its name, more has where, why, next.
function base.fail(code, message, more)
	local e = { code = code, message = message }
	for k, v in pairs(more or {}) do
		e[k] = v
	end
	error(inside.make_error(e), 0)
end

-- A library that is used when it is needed: the message names its package.
function base.library(name, package)
	local good, lib = pcall(require, name)
	if not good then
		base.fail("UNSUPPORTED", ("the Lua library '%s' is missing")
			:format(name), { why = "on Debian: apt-get install " ..
			package })
	end
	return lib
end

function base.uv()
	return base.library("luv", "lua-luv")
end

local function io_fail(what, path, why)
	base.fail("IO", what, { where = path, why = why and
		why:gsub("^.*: ", "") })
end

function base.read(path)
	local f, why = io.open(path, "rb")
	if not f then
		io_fail("cannot open", path, why)
	end
	local text = f:read "a"
	f:close()
	if not text then
		io_fail("cannot read", path)
	end
	return text
end

-- The SHA-256 of a file, as hexadecimal text; it is read block by block.
function base.hash_file(path)
	local hash, why = inside.sha256_file(path)
	if not hash then
		io_fail("cannot read", path, why)
	end
	return hash
end

local OURS, OURS_DIR = tonumber("600", 8), tonumber("700", 8)

-- Whole or not there, and on disk when this returns.
function base.write(path, text)
	local uv = base.uv()
	local temp = path .. ".new"
	local fd, why = uv.fs_open(temp, "w", OURS)
	if not fd then
		io_fail("cannot write", path, why)
	end
	local done, e = uv.fs_write(fd, text, 0)
	done = done == #text and uv.fs_fsync(fd)
	uv.fs_close(fd)
	if not done or not uv.fs_rename(temp, path) then
		io_fail("cannot write", path, e)
	end
end

function base.mkdir(path)
	local uv = base.uv()
	local made, why, name = uv.fs_mkdir(path, OURS_DIR)
	if not made and name ~= "EEXIST" then
		io_fail("cannot make the folder", path, why)
	end
end

function base.exists(path)
	return base.uv().fs_stat(path) ~= nil
end

-- The names in a folder, for "for", a few at a time; none where it is not
-- there. (fs_scandir keeps each of its requests for good.)
function base.names(path)
	local uv = base.uv()
	local dir, list, i = uv.fs_opendir(path, nil, 32), {}, 0
	local function close()
		if dir then
			uv.fs_closedir(dir)
			dir = nil
		end
	end
	return function()
		i = i + 1
		if i > #list and dir then
			list, i = uv.fs_readdir(dir) or {}, 1
		end
		return list[i] and list[i].name
	end, nil, nil, setmetatable({}, { __close = close })
end

-- Appends lines; nothing waits for the disk.
function base.appender(path)
	local uv = base.uv()
	local fd, why = uv.fs_open(path, "a", OURS)
	if not fd then
		io_fail("cannot write", path, why)
	end
	return {
		line = function(_, text)
			text = text .. "\n"
			if uv.fs_write(fd, text, -1) ~= #text then
				io_fail("cannot write", path)
			end
		end,
		sync = function() uv.fs_fsync(fd) end,
		close = function() uv.fs_close(fd) end,
	}
end

function base.time()
	return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

-- A name that may be one of a file: what else it has becomes %XX.
function base.file_name(text)
	return (text:gsub("[^%w._-]", function(c)
		return ("%%%02X"):format(c:byte())
	end):gsub("^%.", "%%2E"))
end

-- An error of any kind as a plain table.
function base.told(e)
	if type(e) ~= "table" then
		return { code = "LUA", exit = 13,
			message = tostring(e):match "^[^\n]*" }
	end
	return { code = e.code, message = e.message or tostring(e), where = e.where,
		why = e.message and e.why, sw = e.sw and ("%04X"):format(e.sw),
		exit = e.exit, at = e.at }
end

return base
