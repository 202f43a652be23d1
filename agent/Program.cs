Console.WriteLine("mysqlha");
