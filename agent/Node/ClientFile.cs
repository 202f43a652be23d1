using System.Text;
using MySqlHa.Replication;
using MySqlHa.Storage;

namespace MySqlHa.Node;

/// <summary>The option file that lets a person or a script in as the application account: <c>mysql --defaults-extra-file=…</c>. Mode 0600.</summary>
internal static class ClientFile
{
    public static void Write(string path, MysqlAccount account)
    {
        var text = $"[client]\nuser={account.User}\npassword={account.Password}\n";
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            DurableFile.WriteAtomically(path, Encoding.ASCII.GetBytes(text), DurableFile.Private);
        }
    }
}
