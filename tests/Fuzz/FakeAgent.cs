using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Something that listens where an agent should, and answers what the test wants.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly FakeListener _listener;

    public FakeAgent() => _listener = new FakeListener("127.0.61.12", AnswerAsync);

    /// <summary>From the request's first line to all bytes of the answer.</summary>
    public Func<string, byte[]> Answer { get; set; } = _ => [];

    /// <summary>The answer's last bytes come again and again.</summary>
    public bool Endless { get; set; }

    public string Address => _listener.Address.ToString();

    public static byte[] Http(int status, string type, ReadOnlySpan<byte> body, params string[] headers)
    {
        string[] lines =
            [$"HTTP/1.1 {status} X", $"Content-Type: {type}", $"Content-Length: {body.Length}", "Connection: close", .. headers, "", ""];
        return [.. Encoding.Latin1.GetBytes(string.Join("\r\n", lines)), .. body];
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task AnswerAsync(TcpClient client, CancellationToken end)
    {
        try
        {
            var stream = client.GetStream();
            var answer = Answer(await RequestAsync(stream, end));
            await stream.WriteAsync(answer, end);
            while (Endless)
            {
                await stream.WriteAsync(new byte[64 * 1024], end);
            }

            client.Client.Shutdown(SocketShutdown.Send);
            // Until the other end closes too: a reset could overtake the answer.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            while (await stream.ReadAsync(new byte[1024], patience.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !end.IsCancellationRequested))
        {
            // Hung up on, or not at all.
        }
    }

    private static async Task<string> RequestAsync(NetworkStream stream, CancellationToken end)
    {
        var (buffer, text) = (new byte[4096], "");
        while (true)
        {
            var read = await stream.ReadAsync(buffer, end);
            text += Encoding.Latin1.GetString(buffer, 0, read);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var length = text.IndexOf("Content-Length: ", StringComparison.Ordinal) is >= 0 and var at
                ? int.Parse(text.AsSpan(at + 16, text.IndexOf('\r', at) - at - 16), CultureInfo.InvariantCulture)
                : 0;
            if (read == 0 || (head >= 0 && text.Length >= head + 4 + length))
            {
                return text.Split('\r')[0];
            }
        }
    }
}
