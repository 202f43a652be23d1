using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.Supervision;

/// <summary>An executable that a test writes and then runs.</summary>
internal static class ShellScript
{
    /// <summary>
    /// Written by a process of its own and renamed into place. Were this process to write it, another test that starts a program
    /// in that moment would hand the open file to its child, and until that child has become its program, execve(2) refuses
    /// the script: ETXTBSY.
    /// </summary>
    internal static void Write(string path, string lines)
    {
        using var writer = Process.Start(new ProcessStartInfo(
            "/bin/sh",
            ["-c", "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2.new\" && chmod 700 \"$2.new\" && mv \"$2.new\" \"$2\"", "sh", lines, path]))!;
        writer.WaitForExit();
        Assert.Equal(0, writer.ExitCode);
    }
}
