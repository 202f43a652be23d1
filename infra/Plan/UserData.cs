namespace MySqlHa.Infra.Plan;

/// <summary>
/// What a new machine is told by cloud-init. It gets an ssh host key that the stack made, so that the very first login, and with it
/// the ring's key, already goes to a machine that is known and not to whoever answers.
/// </summary>
public static class UserData
{
    /// <param name="privateKey">An ed25519 key in OpenSSH's format. Whoever may read the machine's user data can pose as it.</param>
    /// <param name="publicKey">Of the same, one line.</param>
    public static string Render(PlannedNode node, string privateKey, string publicKey) =>
        $"""
        #cloud-config
        hostname: {node.Name}
        ssh_pwauth: false
        ssh_deletekeys: true
        ssh_keys:
          ed25519_private: |
        {string.Join('\n', privateKey.Trim().Split('\n').Select(line => $"    {line.TrimEnd()}"))}
          ed25519_public: {publicKey.Trim()}

        """.ReplaceLineEndings("\n");
}
