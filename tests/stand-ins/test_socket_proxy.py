"""The rules that the socket proxy gives to HAProxy."""
import importlib.util
import pathlib
import unittest

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("socket_proxy", HERE / "socket-proxy" / "socket_proxy.py")
socket_proxy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(socket_proxy)


def lines(*arguments, **environ):
    return [line.strip() for line in socket_proxy.configuration(arguments, environ).splitlines()]


class SocketProxy(unittest.TestCase):
    def test_nothing_is_allowed_unless_it_is_said(self):
        self.assertIn("http-request deny deny_status 405", lines())
        self.assertIn("bind 127.0.0.1:2375", lines())

    def test_a_method_is_allowed_for_its_whole_paths_only(self):
        found = lines("-allowGET=/v1\\..{1,2}/(version|containers/.*)", "-allowHEAD", "/_ping")
        self.assertIn("acl pathGET path,url_dec -m reg '^/v1\\..{1,2}/(version|containers/.*)$'", found)
        self.assertIn("http-request deny deny_status 403 if { method GET } !pathGET", found)
        self.assertIn("http-request deny deny_status 405 if !{ method GET } !{ method HEAD }", found)

    def test_variables_say_the_same_as_arguments_and_give_way_to_them(self):
        self.assertEqual(lines("-allowGET=/version"), lines(SP_ALLOW_GET="/version"))
        self.assertEqual(lines("-allowGET=/version"), lines("-allowGET=/version", SP_ALLOW_GET="/.*"))

    def test_clients_are_networks_or_names(self):
        found = lines("-allowfrom=10.0.0.0/8,traefik")
        self.assertIn("acl client0 src 10.0.0.0/8", found)
        self.assertIn("http-request do-resolve(txn.address1,docker,ipv4) str(traefik)", found)
        self.assertIn("http-request deny deny_status 403 if !client0 !client1", found)

    def test_the_health_check_is_there_only_when_it_is_asked_for(self):
        self.assertIn("bind 127.0.0.1:55555", lines("-allowhealthcheck"))
        self.assertNotIn("bind 127.0.0.1:55555", lines())

    def test_what_the_image_does_not_know_is_refused(self):
        for argument in ("-allowEVERYTHING=.*", "allowGET=.*", "-allowget=.*", "-allowGET=("):
            with self.subTest(argument), self.assertRaises(socket_proxy.Refused):
                lines(argument)


if __name__ == "__main__":
    unittest.main()
