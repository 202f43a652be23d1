namespace Pulumi;

/// <summary>Messages to the person at the console. Here they go to standard error.</summary>
public static class Log
{
    public static void Debug(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null)
    {
    }

    public static void Info(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null) =>
        Console.Error.WriteLine(message);

    public static void Warn(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null) =>
        Console.Error.WriteLine($"warning: {message}");

    public static void Error(string message, Resource? resource = null, int? streamId = null, bool? ephemeral = null) =>
        Console.Error.WriteLine($"error: {message}");
}
