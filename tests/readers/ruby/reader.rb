# Readers that run in Ruby. One line of JSON in is one request, one line out is what each reader makes of it; ../README.md has both forms.
require 'json'
require 'rack'
require 'stringio'

# A value in the form that every reader answers in.
def value(read)
  case read
  when String then { text: read.encode('UTF-8') }
  when Integer, Float then { number: read.to_s }
  when true, false, nil then read
  when Array then read.map { |item| value(item) }
  when Hash then { object: members(read) }
  else { other: read.class.to_s }
  end
end

def members(read)
  read.map { |name, member| [name, value(member)] }
end

# What a server makes of the request (the specification of Rack).
def environment(method, target, type, body)
  path, query = target.split('?', 2)
  made = { 'REQUEST_METHOD' => method, 'SCRIPT_NAME' => '', 'PATH_INFO' => path, 'QUERY_STRING' => query || '',
           'SERVER_NAME' => 'api.example', 'SERVER_PORT' => '80', 'rack.url_scheme' => 'http',
           'rack.input' => StringIO.new(body || ''.b), 'rack.errors' => $stderr }
  made['CONTENT_TYPE'] = type if type
  made['CONTENT_LENGTH'] = body.bytesize.to_s if body
  made
end

def read(method, target, type, kind, body)
  request = Rack::Request.new(environment(method, target, type, body))
  answer = { query: members(request.GET) }
  answer[:form] = members(request.POST) if kind == 'form'
  answer[:json] = value(JSON.parse(body.dup.force_encoding('UTF-8'))) if kind == 'json'
  answer
rescue StandardError => e
  { refused: "#{e.class}: #{e.message}" }
end

$stdout.sync = true
puts JSON.generate(versions: { rack: Rack.release })
while (line = $stdin.gets)
  asked = JSON.parse(line)
  body = asked['body']&.unpack1('m0')
  puts JSON.generate(answers: { rack: read(asked['method'], asked['target'].unpack1('m0'), asked['type'], asked['kind'], body) })
end
