using Factory.Core.Guards.Secrets;

namespace Factory.Core.Tests.Guards.Secrets;

/// <summary>Makes texts that hold a secret of each rule. They are put together while the tests run, so that no file of this repository holds one.</summary>
internal static class SecretSamples
{
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private const string Alphanumeric = Digits + Upper + Lower;
    private const string Base64 = Alphanumeric + "+/";
    private const string Url = Alphanumeric + "-_";

    /// <summary>By rule: a line, and the secret in it.</summary>
    public static IReadOnlyDictionary<string, Func<Random, (string Line, string Secret)>> ByRule { get; } = new Dictionary<string, Func<Random, (string, string)>>
    {
        ["aws-access-key-id"] = random => Whole("AK" + "IA" + Of(random, 16, Upper + "234567")),
        ["aws-secret-key"] = random => In("aws_secret_access_key = ", Of(random, 40, Base64)),
        ["aws-bedrock-key"] = random => Whole("ABSKQ" + Of(random, 127, Alphanumeric)),
        ["azure-account-key"] = random => In("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", Of(random, 86, Base64) + "==", ";EndpointSuffix=core.windows.net"),
        ["azure-identifiable-key"] = random => Whole(Of(random, 76, Alphanumeric) + "+A" + "St" + Of(random, 5, Alphanumeric) + "A=="),
        ["azure-sas"] = random => In("https://a.blob.core.windows.net/b?sv=2024-01-01&sig=", "0a" + Of(random, 41, Alphanumeric) + "%3D", "&se=2030"),
        ["azure-client-secret"] = random => Whole(Of(random, 3, Alphanumeric) + "8Q" + "~" + Of(random, 34, Url)),
        ["azure-devops-pat"] = random => Whole(Of(random, 76, Alphanumeric) + "AZ" + "DO" + Of(random, 4, Alphanumeric)),
        ["azure-devops-pat-old"] = random => In("AZURE_DEVOPS_EXT_PAT=", "7" + Of(random, 51, Lower + "234567")),
        ["gcp-api-key"] = random => Whole("AI" + "za" + Of(random, 34, Url) + "x"),
        ["gcp-oauth-secret"] = random => Whole("GOC" + "SPX-" + Of(random, 27, Url) + "x"),
        ["gcp-access-token"] = random => Whole("ya" + "29." + Of(random, 120, Url) + "x"),
        ["github-token"] = random => Whole("gh" + "p_" + Checked(random)),
        ["github-fine-grained-token"] = random => Whole("github" + "_pat_" + Of(random, 22, Alphanumeric) + "_" + Of(random, 59, Alphanumeric)),
        ["gitlab-token"] = random => Whole("gl" + "pat-" + Of(random, 19, Url) + "x"),
        ["slack-token"] = random => Whole("xo" + "xb-" + Of(random, 12, Digits) + "-" + Of(random, 12, Digits) + "-" + Of(random, 24, Alphanumeric)),
        ["slack-webhook"] = random => In("https://hooks.slack" + ".com/services/", "T" + Of(random, 9, Upper) + "/B" + Of(random, 9, Upper) + "/" + Of(random, 24, Alphanumeric)),
        ["stripe-key"] = random => Whole("sk" + "_live_" + Of(random, 24, Alphanumeric)),
        ["npm-token"] = random => Whole("np" + "m_" + Checked(random)),
        ["pypi-token"] = random => Whole("py" + "pi-AgEIcHlwaS5vcmc" + Of(random, 120, Url) + "x"),
        ["nuget-key"] = random => Whole("oy" + "2" + Of(random, 43, Lower + Digits)),
        ["docker-token"] = random => Whole("dckr" + "_pat_" + Of(random, 26, Url) + "x"),
        ["openai-key"] = random => Whole("sk-" + "proj-" + Of(random, 48, Alphanumeric) + "T3Blbk" + "FJ" + Of(random, 48, Alphanumeric)),
        ["anthropic-key"] = random => Whole("sk-" + "ant-api03-" + Of(random, 92, Url) + "A"),
        ["huggingface-token"] = random => Whole("h" + "f_" + Of(random, 34, Upper + Lower)),
        ["twilio-key"] = random => In("TWILIO_AUTH_TOKEN=", "a1" + Of(random, 30, "0123456789abcdef")),
        ["twilio-api-key-id"] = random => Whole("S" + "K" + Of(random, 32, "0123456789abcdef")),
        ["sendgrid-key"] = random => Whole("S" + "G." + Of(random, 22, Url) + "." + Of(random, 42, Url) + "x"),
        ["telegram-token"] = random => Whole(Of(random, 9, "123456789") + ":A" + "A" + Of(random, 32, Url) + "x"),
        ["jwt"] = random => Whole("ey" + "J" + Of(random, 33, Url) + ".ey" + "J" + Of(random, 60, Url) + "." + Of(random, 42, Url) + "x"),
        ["private-key"] = random => Key("-----BEGIN " + "RSA PRIVATE KEY-----\n" + Of(random, 64, Base64) + "\n" + Of(random, 64, Base64) + "\n"),
        ["putty-key"] = random => Key("PuTTY-User-Key" + "-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + Of(random, 48, Base64) + "\n"),
        ["age-key"] = random => Whole("AGE-SECRET" + "-KEY-1" + Of(random, 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
        ["kubeconfig-key"] = random => In("    client-key" + "-data: ", Of(random, 400, Base64)),
        ["database-url"] = random => In("DATABASE_URL=postgres://app:", Of(random, 12, Alphanumeric), "@db.internal:5432/app"),
        ["url-password"] = random => In("git clone https://bot:", "a1" + Of(random, 18, Alphanumeric), "@git.internal/x.git"),
        ["sql-connection-string"] = random => In("Server=tcp:a.database.windows.net;User ID=sa;Password=", "a1" + Of(random, 14, Alphanumeric), ";Encrypt=True"),
        ["authorization-header"] = random => In("curl -H 'Authorization: Bearer ", "a1" + Of(random, 38, Alphanumeric), "'"),
        ["powershell-secure-string"] = random => In("$p = ConvertTo-SecureString '", "a1" + Of(random, 14, Alphanumeric), "' -AsPlainText -Force"),
        ["password-assignment"] = random => In("db_password = \"", "a1" + Of(random, 14, Alphanumeric), "\""),
        ["secret-assignment"] = random => In("  \"app_secret\": \"", "a1" + Of(random, 38, Alphanumeric), "\","),
        ["secret-setting"] = random => In("APP_TOKEN=", "a1" + Of(random, 38, Alphanumeric)),
    };

    public static string Of(Random random, int length, string alphabet)
    {
        var text = new string(random.GetItems<char>(alphabet, length));
        return IsExample(text) ? Of(random, length, alphabet) : text;
    }

    /// <summary>Thirty characters and their checksum.</summary>
    public static string Checked(Random random)
    {
        var content = Of(random, 30, Alphanumeric);
        return content + TokenChecksum.Of(content);
    }

    private static bool IsExample(string text) => SecretRuleSet.BuiltIn.Placeholders.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static (string, string) Whole(string secret) => (secret, secret);

    private static (string, string) In(string before, string secret, string after = "") => (before + secret + after, secret);

    private static (string, string) Key(string body) => (body + "-----END", body);
}
